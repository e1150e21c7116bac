import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Columns for a request line and its meaning, if they are to share a line. */
const ROOM = 105;

/** Tells the story of the demo on standard output, with colours where that is a terminal. */
export class Narrator {
  #step = 0;

  /** A step begins: what it does, and why, in a sentence or two. */
  step(title: string, ...explanation: string[]): void {
    this.#step += 1;
    this.#print('', this.#paint('bold', `${this.#step}. ${title}`), ...explanation.map((text) => `   ${text}`));
  }

  /** A request, the status of its answer, and what that means. */
  request(requestLine: string, status: number, meaning: string): void {
    const fits = requestLine.length + meaning.length < ROOM;
    const line = `   ${this.#paint('cyan', requestLine)}  ${this.#paint(status < 400 ? 'green' : 'yellow', String(status))}`;
    this.#print(...(fits ? [`${line}  ${meaning}`] : [line, `      ${meaning}`]));
  }

  /** A line about one item of many. */
  detail(text: string): void {
    this.#print(`      ${text}`);
  }

  /** A drawing, apart from what is around it. */
  drawing(lines: readonly string[]): void {
    this.#print('', ...lines.map((text) => `      ${text}`));
  }

  success(text: string): void {
    this.#print('', this.#paint(['bold', 'green'], text));
  }

  failure(text: string): void {
    process.stderr.write(`\n${styleText(['bold', 'red'], text, { stream: process.stderr })}\n`);
  }

  note(...lines: string[]): void {
    this.#print(...lines);
  }

  #paint(style: Style, text: string): string {
    return styleText(style, text, { stream: process.stdout });
  }

  #print(...lines: string[]): void {
    process.stdout.write(`${lines.join('\n')}\n`);
  }
}
