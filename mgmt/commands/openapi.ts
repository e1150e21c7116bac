import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';

/** `mgmt openapi`: the API's definition. */
export function openapiCommand(): Command {
  return new Command('openapi')
    .description('write the OpenAPI document of this server')
    .option('--out <file>', 'the file to write; by default the standard output')
    .action(async ({ out }: { out?: string }) => {
      // The whole server is behind it: no other command should wait for that to be read.
      const { openApiText } = await import('../../openapi/document.ts');
      const text = await openApiText();
      if (out === undefined) process.stdout.write(text);
      else await writeFile(out, text);
    });
}
