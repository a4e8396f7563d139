import type { WriteStream } from 'node:tty';

export interface Progress {
  /** This role is ready. */
  ready(role: string): void;
  /** Nothing more will be written. */
  end(): void;
}

const REDRAW_MILLISECONDS = 100;

/**
 * Shows how far each role is, with the time that it took: lines that are drawn again and again on a terminal, a new line for each event elsewhere.
 *
 * @param startedAt when the start began, in milliseconds of `performance.now()`.
 */
export function showProgress(roles: readonly string[], startedAt: number, output: WriteStream | NodeJS.WriteStream): Progress {
  const width = Math.max(...roles.map((role) => role.length));
  const readyAfter = new Map<string, string>();
  const elapsed = (): string => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
  const line = (role: string): string => {
    const time = readyAfter.get(role);
    return time === undefined ? `  … ${role.padEnd(width)}  starting, ${elapsed()}` : `  ✓ ${role.padEnd(width)}  ready after ${time}`;
  };

  if (!output.isTTY) {
    for (const role of roles) output.write(`  … ${role.padEnd(width)}  starting\n`);
    return {
      ready: (role) => {
        readyAfter.set(role, elapsed());
        output.write(`${line(role)}\n`);
      },
      end: () => {},
    };
  }

  const draw = (): void => void output.write(roles.map((role) => `\x1b[2K${line(role)}\n`).join(''));
  const redraw = (): void => {
    output.write(`\x1b[${roles.length}A`);
    draw();
  };
  draw();
  const timer = setInterval(redraw, REDRAW_MILLISECONDS);
  return {
    ready: (role) => {
      readyAfter.set(role, elapsed());
      redraw();
    },
    end: () => clearInterval(timer),
  };
}
