import { text } from 'node:stream/consumers';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { Failure } from './failure.ts';

/**
 * A password, from the keyboard without being shown, or from standard input. Never from the arguments: every account of the machine can read those.
 *
 * @param options.once whether it is there already, so that a slip is noticed: a new one is asked for twice.
 * @throws Failure when there is none, or the two that were typed differ.
 */
export async function readPassword(input: NodeJS.ReadStream, prompt: NodeJS.WriteStream, { once = false } = {}): Promise<string> {
  if (!input.isTTY) {
    const password = (await text(input)).replace(/\r?\n$/, '');
    if (password === '') throw new Failure('There is no password on standard input.');
    return password;
  }
  const password = await ask('Password: ', input, prompt);
  if (!once && (await ask('Once more: ', input, prompt)) !== password) throw new Failure('The two are not the same.');
  return password;
}

async function ask(question: string, input: NodeJS.ReadStream, prompt: NodeJS.WriteStream): Promise<string> {
  // Written to nowhere, what is typed is not shown.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: nowhere, terminal: true });
  // Only now: what is typed from here on is not shown by the terminal either, and Ctrl-C is a key.
  prompt.write(question);
  try {
    return await new Promise<string>((resolve, reject) => {
      // Ctrl-C and Ctrl-D end the question without an answer.
      lines.once('close', () => reject(new Failure('Nothing was changed: no password was typed.')));
      lines.question('').then(resolve, reject);
    });
  } finally {
    lines.close();
    prompt.write('\n');
  }
}
