import type { Check } from '../check.ts';
import { jsonOf } from '../documents.ts';
import { advice, fits, type PointOfView, unseen, wrong } from '../finding.ts';
import { isAnswer } from '../probe.ts';
import { addressOf, isLoopback, type Role, ROLES } from '../settings.ts';
import type { Subject } from '../subject.ts';

/** What our roles, and most others, allow two clocks to differ by, in seconds; and from when on it is worth a word. */
const ALLOWED = 60;
const NOTABLE = 10;

/** How far a role's clock is ahead of this machine's, in seconds. */
interface Reading {
  ahead: number;
  /** The part of it that the role's lab has added. */
  lab: number;
}

/** Whether a role's clock agrees with the others' and with this machine's. */
export function clockOf(role: Role, view: PointOfView): Check {
  return {
    name: 'clock',
    view,
    roles: [role],
    look: async (subject) => {
      const reading = await read(role, subject);
      if (reading === undefined) return [unseen('its answers have no usable Date')];
      const others = await Promise.all(
        ROLES.filter((each) => each !== role && !subject.settings.without.has(each)).map((each) => read(each, subject)),
      );
      // Those that are moved together agree. Of two that disagree the one is told that is further away from here.
      const compared = others.filter((each) => each !== undefined).map((each) => each.ahead);
      const reference = compared.length > 0 ? compared : [0];
      const off = Math.max(...reference.map((each) => (Math.abs(reading.ahead) >= Math.abs(each) ? Math.abs(reading.ahead - each) : 0)));
      if (off < NOTABLE)
        return [fits(reading.lab === 0 ? 'it agrees with the others' : `the lab has moved it by ${reading.lab} s, like the others`)];
      const way = reading.ahead > 0 ? 'ahead' : 'behind';
      const trouble = {
        seen: `it is ${Math.round(Math.abs(reading.ahead))} s ${way} of this machine's${reading.lab === 0 ? '' : ', by the lab'}, and the others are not`,
        why: 'tokens and codes say when they begin and end: with clocks apart, good ones are refused as expired or as not valid yet',
        mend:
          reading.lab === 0
            ? 'set the clock (NTP: timedatectl set-ntp true); in a virtual machine or a container, the clock of the machine around it'
            : `move all roles alike, or back: curl -X PUT ${new URL(addressOf(role, subject.settings)).origin}/lab/clock -H 'content-type: application/json' -d '{"offset_seconds":0}'`,
        reference: 'RFC 7519 §4.1.4; RFC 9068 §4',
      };
      return [off > ALLOWED ? wrong(trouble) : advice(trouble)];
    },
  };
}

async function read(role: Role, { usual, settings, probe }: Subject): Promise<Reading | undefined> {
  const answer = await usual(role);
  if (!isAnswer(answer)) return undefined;
  const date = Date.parse(answer.headers.get('date') ?? '');
  // What a cache has kept says nothing of now.
  if (Number.isNaN(date) || Number(answer.headers.get('age') ?? 0) > 0) return undefined;
  const { origin } = new URL(addressOf(role, settings));
  // Only on a developer's machine is there a lab.
  const lab = isLoopback(origin) ? await probe(`${origin}/lab/clock`) : undefined;
  const offset = lab !== undefined && isAnswer(lab) && lab.status === 200 ? jsonOf(lab)?.['offset_seconds'] : 0;
  const moved = typeof offset === 'number' ? offset : 0;
  // The header has whole seconds, rounded down.
  return { ahead: (date + 500 - answer.at) / 1000 + moved, lab: moved };
}
