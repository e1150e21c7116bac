/** A metric of a PromQL expression, with the labels that the expression asks it for. */
export interface MetricUse {
  readonly metric: string;
  readonly labels: readonly string[];
}

const MATCHER = /([a-z_]\w*)\s*(?:=~|!~|!=|=)\s*"(?:[^"\\]|\\.)*"/gi;
const GROUPING = /\b(?:by|without|on|ignoring)\s*\(([^)]*)\)/gi;
const RANGE = /\[[^\]]*\]/g;
const SELECTOR = /([a-z_:][\w:]*)\s*(\{[^}]*\})?/gi;
const WORDS = new Set(['and', 'or', 'unless', 'bool', 'offset', 'group_left', 'group_right']);

/**
 * The metrics that a PromQL expression reads. Labels that it groups by count for all of them. It is no parser: it takes
 * what the alerts and the dashboard are written in, braces within strings excepted.
 */
export function metricUses(expression: string): MetricUse[] {
  const grouped = [...expression.matchAll(GROUPING)].flatMap(([, names = '']) =>
    names.split(',').map((name) => name.trim()),
  );
  const selectors = expression.replace(GROUPING, ' ').replace(RANGE, ' ');
  return [...selectors.matchAll(SELECTOR)].flatMap((match) => {
    const [text, metric = '', matchers = ''] = match;
    const isFunction = /^\s*\(/.test(selectors.slice(match.index + text.length));
    if (isFunction || WORDS.has(metric)) return [];
    const labels = [...matchers.matchAll(MATCHER)].map(([, label = '']) => label);
    return [{ metric, labels: [...new Set([...labels, ...grouped])] }];
  });
}
