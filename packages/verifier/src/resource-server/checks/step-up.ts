import { check } from '../../check.ts';
import { notApplicable, notTried, require } from '../../finding.ts';
import type { StepUp } from '../target.ts';
import { isOpen, mustRefuse, type ResourceServer } from '../subject.ts';

const now = (): number => Math.floor(Date.now() / 1000);

interface Logins {
  strong: Record<string, unknown>;
  /** Each falls short in one way. */
  weak: Record<string, Record<string, unknown>>;
}

function loginsFor({ acrValues = [], maxAge }: StepUp): Logins {
  const acr = acrValues[0];
  const strong = { auth_time: now(), ...(acr !== undefined && { acr }) };
  return {
    strong,
    weak: {
      ...(acr !== undefined && { 'a token of a weaker login': { ...strong, acr: 'rolecall:weak' } }),
      ...(maxAge !== undefined && { 'a token of an older login': { ...strong, auth_time: now() - maxAge - 600 } }),
    },
  };
}

function stepUpOf({ target, tokens }: ResourceServer): StepUp {
  if (target.stepUp === undefined) return notApplicable('nobody said that an operation needs a strong or recent login (stepUp)');
  if (tokens.played === undefined)
    return notTried('tokens of weak and strong logins can only be had where the verifier plays the issuer (playIssuer)');
  return target.stepUp;
}

/** How the user has logged in (RFC 9470). */
export const stepUp = [
  check<ResourceServer>('RS-STEP-01 RS-STEP-02', 'a login that is too weak or too old, and one that is not', async (server) => {
    const { operation, acrValues, maxAge } = stepUpOf(server);
    const { strong, weak } = loginsFor({ operation, acrValues, maxAge });
    const good = { operation, token: await server.tokens.signed({ claims: strong }) };
    const opened = await server.call(good);
    require(isOpen(opened), `the token of a strong login does not open ${opened.to}: it answered ${opened.status}`);
    for (const [what, claims] of Object.entries(weak)) {
      const token = await server.tokens.signed({ claims });
      const scheme = token.key ? 'DPoP' : 'Bearer';
      mustRefuse(await server.call({ operation, token }), 'RS-STEP-01', what, scheme);
      require(isOpen(await server.call(good)), 'the token of a strong login was no longer good afterwards');
      mustRefuse(await server.call({ operation, token }), 'RS-STEP-02', `${what}, after a strong one`, scheme);
    }
  }),
  check<ResourceServer>('RS-STEP-03', 'a token that says nothing of the login', async (server) => {
    const { operation, ...needs } = stepUpOf(server);
    const token = await server.tokens.signed({ claims: { acr: undefined, auth_time: undefined } });
    const strong = await server.tokens.signed({ claims: loginsFor({ operation, ...needs }).strong });
    await server.refuses('RS-STEP-03', [{ what: 'a token that says nothing of the login', call: { operation, token } }], {
      operation,
      token: strong,
    });
  }),
  check<ResourceServer>('RS-STEP-04', 'neither login nor scope are enough', async (server) => {
    const { operation } = stepUpOf(server);
    if (operation.scope === undefined) notTried('nobody said which scope the operation needs');
    const token = await server.tokens.signed({ claims: { acr: undefined, auth_time: undefined, scope: 'rolecall-verifier' } });
    mustRefuse(await server.call({ operation, token }), 'RS-STEP-04', 'a token that lacks login and scope', token.key ? 'DPoP' : 'Bearer');
  }),
];

/** What a token's authorization details allow (RFC 9396). */
export const authorizationDetails = [
  check<ResourceServer>('RS-RAR-01', 'details that do not cover an operation', async (server) => {
    const { authorizationDetails: needed } = server.target;
    if (needed === undefined) return notApplicable('nobody said that an operation needs authorization details (authorizationDetails)');
    const { operation, covering, notCovering = [] } = needed;
    if (server.tokens.played === undefined)
      notTried('tokens with any details can only be had where the verifier plays the issuer (playIssuer)');
    const withDetails = (details: unknown) => server.tokens.signed({ claims: { authorization_details: details } });
    const elsewhere = covering.map((detail) => ({ ...detail, locations: ['https://another.example/api'] }));
    const otherType = covering.map((detail) => ({ ...detail, type: 'rolecall_verifier' }));
    const wrong: Record<string, unknown> = {
      'a token without details': undefined,
      'a token with an empty list of details': [],
      'a token whose details are for another resource': elsewhere,
      'a token whose details are of another type': otherType,
      ...Object.fromEntries(notCovering.map((detail, index) => [`a token with the details ${index + 1} of notCovering`, [detail]])),
    };
    const attempts = [];
    for (const [what, details] of Object.entries(wrong)) attempts.push({ what, call: { operation, token: await withDetails(details) } });
    await server.refuses('RS-RAR-01', attempts, { operation, token: await withDetails(covering) });
  }),
];
