import { authorizationCode } from './authorization-code.ts';
import { brokenLessons } from './broken.ts';
import { callbackCsrf } from './callback-csrf.ts';
import { clientCredentials } from './client-credentials.ts';
import type { Lesson } from './lesson.ts';
import { loggingOut } from './logging-out.ts';
import { madeUpToken } from './made-up-token.ts';
import { missingPkce } from './missing-pkce.ts';
import { refreshToken } from './refresh-token.ts';
import { replayedRefreshToken } from './replayed-refresh-token.ts';
import { stolenCode } from './stolen-code.ts';
import { tamperedRedirectUri } from './tampered-redirect-uri.ts';
import { wrongAudience } from './wrong-audience.ts';

/** All that the playground can show, in the order in which it is offered. */
export const lessons: readonly Lesson[] = [
  authorizationCode,
  refreshToken,
  clientCredentials,
  loggingOut,
  stolenCode,
  missingPkce,
  tamperedRedirectUri,
  replayedRefreshToken,
  wrongAudience,
  madeUpToken,
  callbackCsrf,
  ...brokenLessons,
];
