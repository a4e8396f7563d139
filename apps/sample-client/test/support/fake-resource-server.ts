import { randomUUID } from 'node:crypto';
import { type RecordedRequest, type ScriptedAnswer, type ScriptedServer, startScriptedServer } from './scripted-server.ts';

interface StoredNote {
  id: string;
  title: string;
  body: string;
  created_at: string;
  updated_at: string;
}

/** A notes API that accepts every token, until a test says otherwise. */
export interface FakeResourceServer {
  server: ScriptedServer;
  resource: string;
  notes: StoredNote[];
  /** How the metadata document is answered (RFC 9728). */
  metadataAnswer: ScriptedAnswer;
  /** What goes before the ordinary answer of `/notes`; undefined leaves it. */
  interfere: (request: RecordedRequest) => ScriptedAnswer | undefined | Promise<ScriptedAnswer | undefined>;
  /** What a request waits for before it is answered. */
  hold: (request: RecordedRequest) => Promise<void>;
  /** The requests to the API itself, metadata left out. */
  calls(): RecordedRequest[];
}

/** A 401 or 403 with a challenge (RFC 6750 §3). */
export const challenge = (status: number, parameters: string): ScriptedAnswer => ({
  status,
  headers: { 'www-authenticate': `Bearer ${parameters}` },
  body: { error: 'refused' },
});

export async function startFakeResourceServer(issuer: string): Promise<FakeResourceServer> {
  const server = await startScriptedServer(async (request) => {
    if (request.url === '/.well-known/oauth-protected-resource') return fake.metadataAnswer;
    await fake.hold(request);
    return (await fake.interfere(request)) ?? answer(request, fake.notes);
  });
  const fake: FakeResourceServer = {
    server,
    resource: server.origin,
    notes: [],
    metadataAnswer: {
      body: { resource: server.origin, authorization_servers: [issuer], scopes_supported: ['notes:read', 'notes:write'] },
    },
    interfere: () => undefined,
    hold: async () => {},
    calls: () => server.requests.filter(({ url }) => !url.startsWith('/.well-known/')),
  };
  return fake;
}

function answer({ method, url, body }: RecordedRequest, notes: StoredNote[]): ScriptedAnswer {
  if (method === 'GET' && url.startsWith('/notes')) return { body: { notes: [...notes].reverse() } };
  if (method === 'POST' && url === '/notes') {
    const time = new Date().toISOString();
    const note = { id: randomUUID(), created_at: time, updated_at: time, ...(JSON.parse(body) as { title: string; body: string }) };
    notes.push(note);
    return { status: 201, body: note };
  }
  const index = notes.findIndex(({ id }) => method === 'DELETE' && url === `/notes/${id}`);
  if (index === -1) return { status: 404, body: { error: 'not_found', error_description: 'there is no such note' } };
  notes.splice(index, 1);
  return { status: 204 };
}
