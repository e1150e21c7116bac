import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';

/** `mgmt openapi`: the API's definition. */
export function openapiCommand(): Command {
  return new Command('openapi')
    .description('write the OpenAPI document of this server')
    .option('--api-version <version>', 'the version of TAMS; by default the one at the root')
    .option('--out <file>', 'the file to write; by default the standard output')
    .action(async ({ apiVersion, out }: { apiVersion?: string; out?: string }) => {
      // The whole server is behind it: no other command should wait for that to be read.
      const { openApiText } = await import('../../openapi/document.ts');
      const text = await openApiText(apiVersion);
      if (out === undefined) process.stdout.write(text);
      else await writeFile(out, text);
    });
}
