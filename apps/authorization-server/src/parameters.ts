import { repeatableParameters } from '@rolecall/contracts/authorization-request';
import type { OAuthErrorCode } from '@rolecall/contracts/error-codes';
import type { Parameters } from '@rolecall/service-kit/parameters';
import type * as z from 'zod';
import { OAuthError } from './oauth-error.ts';

/** The value of a parameter. One that is sent empty counts as not sent (RFC 6749 §3.1). */
export function parameter(parameters: Parameters, name: string): string | undefined {
  const value = parameters[name]?.[0];
  return value === '' ? undefined : value;
}

/** All values of a parameter that may repeat, without empty ones. */
export function parameterValues(parameters: Parameters, name: string): string[] {
  return parameters[name]?.filter((value) => value !== '') ?? [];
}

/**
 * Refuses a parameter that was sent more than once (RFC 6749 §3.1, §3.2), other than those that may be.
 *
 * @throws OAuthError `invalid_request`
 */
export function refuseRepeated(parameters: Parameters): void {
  for (const name in parameters)
    if ((parameters[name] as string[]).length > 1 && !repeatableParameters.has(name))
      throw new OAuthError('invalid_request', `The parameter ${name.slice(0, 40)} was sent more than once.`);
}

/** The error that answers a malformed value, where it is not `invalid_request`. */
const errorOfParameter: Readonly<Record<string, OAuthErrorCode>> = { scope: 'invalid_scope', resource: 'invalid_target' };

/**
 * Reads parameters as a message of the contract. `resource` is a list; everything else has one value.
 *
 * @throws OAuthError `invalid_scope`, `invalid_target` or `invalid_request`, by the first parameter that is not as it must be.
 */
export function readMessage<Schema extends z.ZodObject>(schema: Schema, parameters: Parameters): z.infer<Schema> {
  const message: Record<string, unknown> = { resource: parameterValues(parameters, 'resource') };
  for (const name of Object.keys(schema.shape)) if (name !== 'resource') message[name] = parameter(parameters, name);
  const result = schema.safeParse(message);
  if (result.success) return result.data;
  const name = String(result.error.issues[0]?.path[0]);
  const problem = message[name] === undefined ? 'is missing' : 'is malformed';
  throw new OAuthError(errorOfParameter[name] ?? 'invalid_request', `${name} ${problem}.`);
}

/** @throws OAuthError `invalid_request` when there was no form. */
export function formOf(body: unknown): Parameters {
  if (body === undefined || body === null) throw new OAuthError('invalid_request', 'The body must be application/x-www-form-urlencoded.');
  return body as Parameters;
}
