import type { Role } from '@rolecall/lab/exchange';
import type { Arrow } from '../arrow.ts';
import { rfc, type Rule } from '../explain/requests.ts';
import { isApiCall, isCallback, isTokenRequest, mustEnd } from './exchanges.ts';
import type { Lesson, Outcome, Step } from './lesson.ts';
import { ALICE, seeNotes, signIn, type Stage } from './stage.ts';

/** A fault of the catalogue, where it shows, and who has to notice it. */
interface Broken {
  role: Role;
  fault: string;
  title: string;
  summary: string;
  /** More than once where one is not enough to be noticed. */
  count?: number;
  /** What has to be done before it, in seconds that pass. */
  after?: number;
  /** How many seconds it takes until nothing of it is left, where it leaves something behind. */
  lasts?: number;
  /** The exchange that shows that it was noticed. */
  shows: (arrow: Arrow) => boolean;
  /** Makes sure that it was noticed. Throws an Error that says what was done all the same. */
  judge: (stage: Stage) => Promise<void>;
  noticed: string;
  by: Role;
  /** None where the list of requirements has no check of its own. */
  check?: string;
  rule: Rule;
}

const refusedCall = (arrow: Arrow): boolean => isApiCall(arrow) && arrow.response?.status === 401;
const failedAt =
  (is: (arrow: Arrow) => boolean) =>
  (arrow: Arrow): boolean =>
    is(arrow) && (arrow.fault !== undefined || arrow.failure !== undefined);

/** Without a token response that can be read there is no token, and nothing to call the API with; the code is not sent again, since it may be used. */
async function noToken(stage: Stage): Promise<void> {
  await stage.never('a call of the API', isApiCall);
  await stage.once('the token request', isTokenRequest());
  await saysSo(stage);
}

/** The client says so on its page, and does not go on asking. */
async function noNotes(stage: Stage): Promise<void> {
  await stage.once('the call of the API', isApiCall);
  await saysSo(stage);
}

async function saysSo(stage: Stage): Promise<void> {
  const { response } = await stage.last('the page that alice sees', (arrow) => arrow.from === 'browser' && arrow.to === 'client');
  if ((response?.status ?? 0) < 400) throw new Error(`the client answered with status ${response?.status}`);
}

const tokens = {
  role: 'authorization-server',
  shows: refusedCall,
  judge: async (stage: Stage) => mustEnd(await stage.last('a refused call of the API', refusedCall), 401, 'invalid_token'),
  by: 'resource-server',
} as const;
const atTokenEndpoint = { role: 'authorization-server', shows: failedAt(isTokenRequest()), judge: noToken, by: 'client' } as const;
const atApi = { role: 'resource-server', shows: failedAt(isApiCall), judge: noNotes, by: 'client' } as const;

/** The transport's faults, at two places. */
function transport(place: typeof atTokenEndpoint | typeof atApi, where: string): Broken[] {
  // What was not answered may have been done, and only some of what can be asked may be asked again.
  const askingAgain = rfc(9110, '9.2.2');
  return [
    {
      ...place,
      rule: rfc(9110, '15.6.1'),
      fault: 'server-error',
      title: `Status 500 at ${where}`,
      summary: `${where} fails. Nothing was done, and nothing is known.`,
      noticed: 'The client stops and says so; what it had, it keeps.',
    },
    {
      ...place,
      rule: askingAgain,
      fault: 'slow',
      title: `${where} is slow`,
      summary: `${where} does not answer in time.`,
      noticed: 'The client waits for five seconds and no longer.',
    },
    {
      ...place,
      rule: askingAgain,
      fault: 'dropped-response',
      title: `${where}: the response is lost`,
      summary: `What was asked for is done, and the answer never arrives.`,
      noticed: 'The client cannot know what was done: it stops and says so.',
    },
    {
      ...place,
      rule: place === atApi ? rfc(8259, '2') : rfc(6749, '5.1'),
      fault: 'malformed-json',
      title: `${where}: malformed JSON`,
      summary: `The answer ends in the middle.`,
      noticed: 'The client uses nothing of an answer that it cannot read.',
    },
  ];
}

const BROKEN: readonly Broken[] = [
  {
    ...tokens,
    fault: 'expired-token',
    title: 'Expired token',
    summary: 'The authorization server issues a token that has expired already.',
    noticed: 'The API refuses it: its exp is past.',
    check: 'RS-JWT-05',
    rule: rfc(9068, '4'),
  },
  {
    ...tokens,
    fault: 'wrong-issuer',
    title: 'Wrong issuer',
    summary: 'The token says that another server has issued it.',
    noticed: 'The API refuses it: its iss is not the configured issuer.',
    check: 'RS-JWT-03',
    rule: rfc(9068, '4'),
  },
  {
    ...tokens,
    fault: 'wrong-audience',
    title: 'Wrong audience',
    summary: 'The token is for another API.',
    noticed: 'The API refuses it: its aud does not name this API.',
    check: 'RS-JWT-04',
    rule: rfc(9068, '4'),
  },
  {
    ...tokens,
    fault: 'unknown-kid',
    title: 'Unknown key',
    summary: 'The token names a key that nobody has published.',
    noticed: 'The API looks for the key once more, and then refuses the token.',
    check: 'RS-JWT-08',
    rule: rfc(9068, '4'),
  },
  {
    ...tokens,
    fault: 'stale-jwks',
    title: 'Stale keys',
    summary: 'The key set that is published lacks the key that signs: a cache on the way is too old.',
    count: 20,
    after: 6 * 60,
    // A key that it does not know is worth a question every ten seconds.
    lasts: 11,
    noticed: 'The API cannot check the signature, and refuses the token.',
    check: 'RS-JWT-08',
    rule: rfc(7517, '5'),
  },
  {
    role: 'authorization-server',
    fault: 'missing-iss',
    title: 'No issuer in the response',
    summary: 'The authorization response does not say who sends it, although this server always does.',
    shows: isCallback,
    judge: (stage) => stage.never('a token request', isTokenRequest()),
    noticed: 'The client cannot tell whose code it is, and does not use it.',
    by: 'client',
    check: 'C-CB-02',
    rule: rfc(9207, '2.4'),
  },
  ...transport(atTokenEndpoint, 'Token endpoint'),
  ...transport(atApi, 'API'),
];

/** A lesson for each fault: it is put in, alice signs in, and what happens is looked at. */
export const brokenLessons: readonly Lesson[] = BROKEN.map((broken) => ({
  id: `broken-${broken.role === 'resource-server' ? 'api-' : ''}${broken.fault}`,
  group: 'fault',
  title: broken.title,
  summary: broken.summary,
  steps: [
    {
      title: 'The fault is put in',
      text: 'From now on, and as often as was asked for, it happens. The real role does it, in its real answer.',
      act: async (stage) => {
        if (broken.after !== undefined) await stage.advance(broken.after);
        await stage.breakIt(broken.role, broken.fault, broken.count);
      },
    },
    {
      title: 'alice signs in and wants to see her notes',
      text: 'Choose the arrow that is marked: beside what was said you find what the role has logged, and what is wrong with the token.',
      act: async (stage) => {
        await signIn(stage, stage.alice, ALICE);
        return broken.lasts === undefined ? outcomeOf(stage, broken) : undefined;
      },
    },
    ...(broken.lasts === undefined ? [] : [recovery(broken, broken.lasts)]),
  ],
}));

/** What was wrong is put right, and works again without anybody's help. */
function recovery(broken: Broken, seconds: number): Step {
  return {
    title: 'It is put right, and some seconds pass',
    text: 'The API asks again by itself, but not with every token that comes: nobody can make it flood the authorization server.',
    act: async (stage) => {
      await stage.mend();
      await stage.advance(seconds);
      await seeNotes(stage, stage.alice, ALICE);
      mustEnd(await stage.last('a call of the API', isApiCall), 200);
      return outcomeOf(stage, broken);
    },
  };
}

async function outcomeOf(stage: Stage, { shows, judge, noticed, by, check, rule }: Broken): Promise<Outcome> {
  const arrow = await stage.last('the answer to it', shows);
  await judge(stage);
  return { kind: 'refused', text: noticed, arrow, refusedBy: by, ...(check !== undefined && { check }), rule };
}
