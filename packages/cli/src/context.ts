import type { Api } from './api.ts';
import type { Output } from './output.ts';

/** What commands work with. The connection is made when it is first needed: `--help` needs none. */
export interface Context {
  api(): Promise<Api>;
  output(): Output;
  readPassword(): Promise<string>;
}
