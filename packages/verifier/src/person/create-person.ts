import type { Http } from '../http.ts';
import type { Reach } from '../reach.ts';
import type { Recorder } from '../recorder.ts';
import { createChromiumPerson } from './chromium.ts';
import { createFormFiller } from './form-filler.ts';
import type { Person } from './person.ts';
import { type Credentials, type Selectors, usualSelectors } from './selectors.ts';

/** Somebody who can log in at the server, and how. */
export interface User extends Credentials {
  /** Where on the server's pages what is, where the usual selectors do not find it. */
  selectors?: Partial<Selectors> | undefined;
  /** For pages that are made by scripts; without it forms are filled in without a browser. */
  browser?: 'chromium' | undefined;
}

export function createPerson(
  user: User,
  { http, reach, recorder, timeout }: { http: Http; reach?: Reach; recorder: Recorder; timeout: number | undefined },
): Person {
  const selectors = { ...usualSelectors, ...user.selectors };
  return user.browser === 'chromium'
    ? createChromiumPerson({ recorder, reach, timeout }, user, selectors)
    : createFormFiller(http, user, selectors);
}
