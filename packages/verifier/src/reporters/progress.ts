import type { Progress } from '../run-suite.ts';
import { inOneLine } from './visible.ts';

/** What is told of a run while it goes on. */
export interface ShownProgress {
  onStart: NonNullable<Progress['onStart']>;
  onTrial: NonNullable<Progress['onTrial']>;
  /** Takes the line away again. */
  end(): void;
}

type Terminal = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>;

const CLEAR_LINE = '\r\u001b[K';

/** One line that changes, on a terminal. In a log it would be hundreds: there it says only how much there is to do. */
export function showProgress(stream: Terminal): ShownProgress {
  let all = 0;
  let done = 0;
  return {
    onStart: (checks) => {
      all = checks;
      if (!stream.isTTY) stream.write(`${checks} checks\n`);
    },
    onTrial: (ids, { title, verdict }) => {
      done += 1;
      if (stream.isTTY)
        stream.write(CLEAR_LINE + inOneLine(`${done}/${all} ${verdict}: ${ids.join(' ')} ${title}`, (stream.columns || 80) - 1));
    },
    end: () => {
      if (stream.isTTY) stream.write(CLEAR_LINE);
    },
  };
}
