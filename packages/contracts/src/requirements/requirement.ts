import { z } from 'zod';
import { type Outcome, outcome } from './outcome.ts';
import { type Source, source } from './source.ts';

export const roles = ['authorization server', 'resource server', 'client'] as const;
export type Role = (typeof roles)[number];

/** How binding a requirement is: MUST or SHOULD of its source, a feature that may be left out, or what this project has decided where the sources leave room. */
export const levels = ['must', 'should', 'optional', 'decision'] as const;
export type Level = (typeof levels)[number];

/** Under which a requirement holds; one without a profile holds always. `idjag` is identity assertion grants. What only a case of a requirement has to do with a profile is said in its outcome. */
export const profiles = ['oidc', 'fapi2', 'mcp', 'idjag'] as const;
export type Profile = (typeof profiles)[number];

export const requirement = z.strictObject({
  /** Role, group and number: `RS-DPOP-03`. Never given to another requirement. */
  id: z.string().regex(/^(?:AS|RS|C)-[A-Z]+-\d{2}$/),
  role: z.enum(roles),
  /** The id without its number. */
  group: z.string().regex(/^(?:AS|RS|C)-[A-Z]+$/),
  level: z.enum(levels),
  /** What a role cannot do without. */
  core: z.boolean(),
  /** Something has to be refused, or to stay without effect. */
  mustReject: z.boolean(),
  profiles: z.array(z.enum(profiles)),
  /** One line. */
  requirement: z
    .string()
    .min(20)
    .regex(/^[^\n]*[^.\n]$/),
  /** What can be seen: any of these, where they are for different cases the one for its case. */
  expected: z.array(outcome).min(1),
  /** What else is right in somebody else's implementation. */
  accepted: z.array(outcome),
  sources: z.array(source).min(1),
});
export type Requirement = z.infer<typeof requirement>;

export interface Group {
  name: string;
  title: string;
  role: Role;
  requirements: Requirement[];
}

/** `rejects`: {@link Requirement.mustReject}. */
type Mark = 'core' | 'rejects' | Profile;
interface Details {
  requirement: string;
  expected: Outcome[];
  accepted?: Outcome[];
  sources: Source[];
}
type Entry = Omit<Requirement, 'role' | 'group'>;

const entry =
  (level: Level) =>
  (id: string, marks: Mark[], { accepted = [], ...details }: Details): Entry => ({
    id,
    level,
    core: marks.includes('core'),
    mustReject: marks.includes('rejects'),
    profiles: profiles.filter((profile) => marks.includes(profile)),
    ...details,
    accepted,
  });

export const must = entry('must');
export const should = entry('should');
export const optional = entry('optional');
export const decision = entry('decision');

/** @param name what the ids of the group begin with: `AS-TOKEN` */
export function group(name: string, title: string, entries: Entry[]): Group {
  const role = name.startsWith('AS-') ? 'authorization server' : name.startsWith('RS-') ? 'resource server' : 'client';
  return { name, title, role, requirements: entries.map((each) => ({ ...each, role, group: name })) };
}
