/** Where on somebody's pages what is. CSS selectors; each has a default that finds it on most pages. */
export interface Selectors {
  /** The field for the name. */
  username: string;
  /** The field for the password. A form that has one is the login. */
  password: string;
  /** The field for the code that a device shows (RFC 8628 §3.3). */
  userCode: string;
  /** The button that allows. A form that has one is the consent. */
  allow: string;
  /** The button that refuses. */
  deny: string;
}

export interface Credentials {
  username: string;
  password: string;
}

export const usualSelectors: Selectors = {
  username: 'input[name=username], input[name=login], input[name=email], input[type=email], input[type=text]',
  password: 'input[type=password]',
  userCode: 'input[name=user_code], input[name=userCode], input[name=usercode]',
  allow: 'button[value=approve], button[value=allow], button[name=accept], input[name=accept], button[name=logout], [data-allow]',
  deny: 'button[value=deny], button[name=abort], button[value=cancel], button[name=cancel], input[name=cancel], [data-deny], a[href$="/abort"]',
};
