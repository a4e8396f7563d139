/** Characters. What a role says to another is a few kilobytes; of pages the beginning tells enough. */
const MAXIMUM_LENGTH = 16_384;

/** Collects the beginning of a body. */
export interface KeptText {
  add(chunk: Uint8Array | string): void;
  /** Undefined where there was none. */
  text(): string | undefined;
}

export function keepText(): KeptText {
  const chunks: Buffer[] = [];
  let kept = 0;
  let all = 0;
  return {
    add: (chunk) => {
      const bytes = Buffer.from(chunk as string);
      all += bytes.length;
      if (kept >= MAXIMUM_LENGTH) return;
      chunks.push(bytes);
      kept += bytes.length;
    },
    text: () => {
      if (all === 0) return undefined;
      const text = Buffer.concat(chunks).toString('utf8');
      return text.length <= MAXIMUM_LENGTH && kept === all ? text : `${text.slice(0, MAXIMUM_LENGTH)}… (${all} bytes)`;
    },
  };
}
