import { spawnSync } from 'node:child_process';

/** How long Node takes to start on a machine that has nothing else to do, in milliseconds. */
const ORDINARY_MILLISECONDS = 60;
const TIMES = 5;

/** How many times slower than an ordinary machine this one is just now, or as fast (1): what must be over in so many seconds there may take so much longer here. */
export function slowness(): number {
  const times = Array.from({ length: TIMES }, () => {
    const startedAt = performance.now();
    spawnSync(process.execPath, ['-e', '0']);
    return performance.now() - startedAt;
  });
  return Math.max(1, (times.sort((a, b) => a - b)[Math.floor(TIMES / 2)] as number) / ORDINARY_MILLISECONDS);
}
