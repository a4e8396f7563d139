import { type FrontRequest, FrontResponse } from '../support/front.ts';
import type { WrongServer } from '../support/wrong-server.ts';

const FIELDS = ['_csrf', 'request'];
const valueOf = (body: string, name: string): string | undefined => new RegExp(`name="${name}" value="([^"]*)"`).exec(body)?.[1];
const browserOf = ({ headers }: FrontRequest): string => headers.get('cookie') ?? '';

/** Mistakes with the pages for people. */
export const pages: WrongServer[] = [
  {
    name: 'can be framed',
    breaks: ['AS-GEN-10'],
    mistake: () => ({
      response: ({ headers }) => {
        headers.delete('x-frame-options');
        headers.delete('content-security-policy');
      },
    }),
  },
  {
    name: 'tells others where its visitors come from',
    breaks: ['AS-GEN-11'],
    mistake: () => ({ response: ({ headers }) => headers.set('referrer-policy', 'unsafe-url') }),
  },
  {
    name: 'loads a script from somebody else',
    breaks: ['AS-GEN-11'],
    mistake: () => ({
      response: (response) => {
        response.body = response.body.replace('</head>', '<script src="https://elsewhere.example/counter.js"></script></head>');
      },
    }),
  },
  {
    name: 'sends the password on',
    breaks: ['AS-GEN-09'],
    mistake: () => ({
      response: (response, { method }) => {
        if (method === 'POST' && response.status === 303) response.status = 307;
      },
    }),
  },
  {
    name: 'lets any origin read the login page',
    breaks: ['AS-GEN-08'],
    mistake: () => ({
      response: ({ headers }, { url }) => {
        if (url.pathname === '/login') headers.set('access-control-allow-origin', '*');
      },
    }),
  },
  {
    name: 'puts what it is told into its pages as it is',
    breaks: ['AS-GEN-16'],
    mistake: () => ({
      response: (response) => {
        response.body = response.body.replaceAll(/&(?:lt|#60);/g, '<').replaceAll(/&(?:gt|#62);/g, '>');
      },
    }),
  },
  {
    name: 'does not look where a login form comes from',
    breaks: ['AS-AUTHZ-20'],
    mistake: () => {
      const forms = new Map<string, Record<string, string | undefined>>();
      return {
        request: (request) => {
          const own = forms.get(browserOf(request));
          if (request.method !== 'POST' || own === undefined) return;
          for (const name of FIELDS) if (request.parameters.has(name)) request.parameters.set(name, own[name] ?? '');
        },
        response: ({ body, status }, request) => {
          if (request.method !== 'GET' || status !== 200 || !body.includes('<form')) return;
          forms.set(browserOf(request), Object.fromEntries(FIELDS.map((name) => [name, valueOf(body, name)])));
        },
      };
    },
  },
  {
    name: 'gives its session to scripts',
    breaks: ['AS-AUTHZ-25'],
    mistake: () => ({
      response: ({ headers }) => {
        const cookies = headers.getSetCookie();
        headers.delete('set-cookie');
        for (const cookie of cookies) headers.append('set-cookie', cookie.replace(/;\s*HttpOnly/i, ''));
      },
    }),
  },
  {
    name: 'lets every origin bring the user’s cookies',
    breaks: ['AS-GEN-07'],
    mistake: () => ({
      response: ({ headers }, request) => {
        const origin = request.headers.get('origin');
        if (origin === null) return;
        headers.set('access-control-allow-origin', origin);
        headers.set('access-control-allow-credentials', 'true');
      },
    }),
  },
  {
    name: 'says on its consent page only that somebody asks',
    breaks: ['AS-AUTHZ-21'],
    mistake: () => ({
      response: (response, { url }) =>
        url.pathname === '/consent' && response.status === 200
          ? new FrontResponse(200, response.headers, response.body.replaceAll('Rolecall verifier asks', 'An application'))
          : undefined,
    }),
  },
];
