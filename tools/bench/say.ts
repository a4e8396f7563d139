/** Tells whoever waits what is going on, beside the results. */
export const say = (text: string): void => void process.stderr.write(`${text}\n`);
