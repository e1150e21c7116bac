import { correlation, distribution, percentiles, summary, top } from './aggregates.ts';
import type { AnalysisResults } from './analysis-results.ts';
import type { Analysis } from './analysis.ts';
import { groupTotals, rate } from './groups.ts';
import { intervals } from './intervals.ts';
import { parquet } from './parquet.ts';
import { anomalies, movingAverage, trend } from './series.ts';
import { sizes } from './sizes.ts';
import type { Workspace } from './workspace.ts';

/** Answers one request in a workspace of its own. */
export function runAnalysis(workspace: Workspace, analysis: Analysis): Promise<AnalysisResults[keyof AnalysisResults]> {
  switch (analysis.kind) {
    case 'movingAverage':
      return movingAverage(workspace, analysis.series, analysis.window, analysis.maxPoints);
    case 'anomalies':
      return anomalies(workspace, analysis.series, analysis.threshold, analysis.limit);
    case 'trend':
      return trend(workspace, analysis.series);
    case 'summary':
      return summary(workspace, analysis.values);
    case 'percentiles':
      return percentiles(workspace, analysis.values, analysis.fractions);
    case 'correlation':
      return correlation(workspace, analysis.values, analysis.other);
    case 'distribution':
      return distribution(workspace, analysis.values, analysis.bins);
    case 'sizes':
      return sizes(workspace, analysis.sizes, analysis.bounds);
    case 'top':
      return top(workspace, analysis.values, analysis.group, analysis.by, analysis.limit);
    case 'rate':
      return rate(workspace, analysis.series, analysis.bucket, analysis.group, analysis.limit);
    case 'intervals':
      return intervals(workspace, analysis.intervals, analysis.limit);
    case 'groupTotals':
      return groupTotals(workspace, analysis.totals);
    case 'parquet':
      return parquet(workspace, analysis.rows);
  }
}
