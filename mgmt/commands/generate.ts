import { Command, InvalidArgumentError } from 'commander';
import { confirm } from '../confirm.ts';
import { withConfiguredStore } from '../generate/configured-store.ts';
import { generate, type GenerateSpec } from '../generate/generator.ts';
import { print } from '../../src/shared/print.ts';
import { showProgress } from '../progress.ts';

interface GenerateOptions extends GenerateSpec {
  readonly yes?: boolean;
}

const count =
  (min: number, max: number) =>
  (text: string): number => {
    const value = /^\d{1,12}$/.test(text) ? Number(text) : NaN;
    if (!(value >= min && value <= max)) throw new InvalidArgumentError(`A whole number from ${min} to ${max}.`);
    return value;
  };

function ratio(text: string): number {
  const value = /^\d*\.?\d+$/.test(text) ? Number(text) : NaN;
  if (!(value > 0 && value <= 1)) {
    throw new InvalidArgumentError('A number above 0, and at most 1: a segment has one object (TAMS 7.0).');
  }
  return value;
}

/** `mgmt generate`: data to try things out with. */
export function generateCommand(): Command {
  return new Command('generate')
    .description('put made-up sources, flows, segments and objects into the tables; equal options give equal data')
    .option('--sources <count>', 'sources in all', count(1, 1_000_000), 10)
    .option('--flows <count>', 'flows in all, spread over the sources', count(1, 1_000_000), 40)
    .option('--segments <count>', 'segments in all, spread over the flows', count(0, 1_000_000_000), 4_000)
    .option('--objects-per-segment <ratio>', 'below 1, segments share objects, as clips used again do', ratio, 1)
    .option('--batch <rows>', 'segments in a transaction', count(1, 100_000), 20_000)
    .option('--seed <number>', 'the seed of the ids', count(0, 999_999_999_999), 1)
    .option('--yes', 'do not ask, also where there are flows already')
    .addHelpText(
      'after',
      '\nThe objects have no bytes: their URLs lead to a host that does not exist. No events are sent.',
    )
    .action(async ({ yes, ...spec }: GenerateOptions) => {
      if (spec.flows < spec.sources) throw new Error('--flows: every source needs a flow, so not less than --sources.');
      await withConfiguredStore(async ({ store, countFlows }) => {
        const present = await countFlows();
        if (present > 0)
          await confirm(`There are ${present} flows here already, and ${spec.flows} would be added.`, { yes });
        const started = performance.now();
        const progress = showProgress('segments');
        progress.start('generate', spec.segments);
        try {
          await generate(store, spec, (count) => progress.advance(count));
        } finally {
          progress.stop();
        }
        const seconds = (performance.now() - started) / 1000;
        print(
          `Made ${spec.sources} sources, ${spec.flows} flows and ${spec.segments} segments in ${seconds.toFixed(1)} s.`,
        );
      });
    });
}
