/** One instruction of a Dockerfile, for example `COPY --from=build /app ./`. */
export interface Instruction {
  name: string;
  /** `--from=build` as `{ from: 'build' }`. */
  flags: Record<string, string>;
  /** What follows: the words of a list in JSON, else one text. */
  value: string | string[];
}

/** A stage of a Dockerfile: what begins with `FROM`. */
export interface Stage {
  /** The image or the earlier stage that it is built on. */
  base: string;
  /** Its name, or the empty text. */
  name: string;
  instructions: Instruction[];
}

/**
 * Reads the part of the Dockerfile language that this repository uses.
 *
 * @throws Error for anything else, so that nothing is checked by halves.
 */
export function parseDockerfile(text: string): Stage[] {
  const stages: Stage[] = [];
  const lines = text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .replaceAll(/\\\n/g, ' ')
    .split('\n');
  for (const line of lines.map((each) => each.trim()).filter((each) => each !== '')) {
    const instruction = parseInstruction(line);
    const stage = stages.at(-1);
    if (instruction.name === 'FROM') stages.push(parseFrom(line));
    else if (stage === undefined) throw new Error(`a Dockerfile begins with FROM, not with "${line}"`);
    else stage.instructions.push(instruction);
  }
  return stages;
}

/** The last of an image's instructions with this name: for most of them the one that counts. */
export function lastOf(stage: Stage, name: string): Instruction | undefined {
  return stage.instructions.findLast((instruction) => instruction.name === name);
}

/** The words of an instruction, however it was written. */
export function words(instruction: Instruction): string[] {
  return typeof instruction.value === 'string' ? instruction.value.split(/\s+/) : instruction.value;
}

function parseFrom(line: string): Stage {
  const match = /^FROM ([^\s-]\S*)(?: AS (\S+))?$/.exec(line);
  if (!match) throw new Error(`not understood: ${line}`);
  return { base: match[1] ?? '', name: match[2] ?? '', instructions: [] };
}

function parseInstruction(line: string): Instruction {
  const match = /^([A-Z]+)\s+((?:--\S+\s+)*)(.*)$/.exec(line);
  if (!match) throw new Error(`not understood: ${line}`);
  const [, name = '', flagText = '', rest = ''] = match;
  const flags = Object.fromEntries(flagText.split(/\s+/).filter(Boolean).map(parseFlag));
  return { name, flags, value: rest.startsWith('[') ? (JSON.parse(rest) as string[]) : rest };
}

function parseFlag(flag: string): [string, string] {
  const [name = '', value = ''] = flag.slice(2).split('=', 2);
  return [name, value];
}
