import type { StateParameters, StateValues } from '@rolecall/contracts/provider-states';
import { createProofKey, signProof } from '@rolecall/resource-guard/test-support/proof';
import type { TestResourceServer } from '../test/support/resource-server.ts';

/** How the states of the resource server's contracts happen: tokens are signed by a fixture, notes are written at the API itself. @param server the one that is asked now. */
export function createStates(server: () => TestResourceServer) {
  /** The answer to a proof without a nonce brings one. */
  const nonceFor = async (token: string, proof: string): Promise<string> => {
    const response = await server().request('/notes', { token: null, headers: { authorization: `DPoP ${token}`, dpop: proof } });
    const nonce = response.headers.get('dpop-nonce');
    if (nonce === null) throw new Error('the resource server gives no nonce');
    return nonce;
  };

  return {
    'user consented': async (values: StateParameters<'user consented'>): Promise<StateValues> => {
      const { clientId, scope, resource, proofFor } = values;
      const { authorizationServer, clock } = server();
      const key = await createProofKey();
      const claims = { client_id: clientId, scope, aud: resource, ...(proofFor && { cnf: { jkt: key.jkt } }) };
      const accessToken = await authorizationServer.token({ claims });
      if (proofFor === undefined) return { accessToken };
      const { withNonce, ...target } = proofFor;
      const prove = (more: Record<string, unknown> = {}) => signProof(key, { clock, token: accessToken, ...target, claims: more });
      const proof = await prove(withNonce === true ? { nonce: await nonceFor(accessToken, await prove()) } : {});
      return { accessToken, proof };
    },

    'notes written': async ({ count }: StateParameters<'notes written'>): Promise<StateValues> => {
      let noteId = '';
      for (let index = 0; index < count; index += 1) {
        const response = await server().request('/notes', { method: 'POST', json: { title: `Note ${index}`, body: '' } });
        noteId = ((await response.json()) as { id: string }).id;
      }
      const { next_cursor } = (await (await server().request('/notes?limit=1')).json()) as { next_cursor?: string };
      return { noteId, ...(next_cursor !== undefined && { cursor: next_cursor }) };
    },

    'clock at': async ({ secondsLater }: StateParameters<'clock at'>) => server().clock.advance(secondsLater),
  };
}
