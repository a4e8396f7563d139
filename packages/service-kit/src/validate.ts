import * as z from 'zod';
import { InvalidRequestError, type Problem } from './invalid-request.ts';

/** Names of fields come from the request: as much of one as tells which is meant. */
const MAXIMUM_FIELD_NAME = 100;

/** As many as somebody reads. A request of nothing but unknown fields would have an answer many times its size. */
const MAXIMUM_PROBLEMS = 20;

/**
 * The value as its schema has it.
 *
 * @throws InvalidRequestError with a problem for each field that is wrong, or for the first 20 of them.
 */
export function validate<Schema extends z.ZodType>(schema: Schema, value: unknown, description: string): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new InvalidRequestError(description, result.error.issues.flatMap(problemsOf).slice(0, MAXIMUM_PROBLEMS));
}

function problemsOf(issue: z.core.$ZodIssue): Problem[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ field: nameOf([...path, key]), problem: 'is not known here' }));
  if (issue.code === 'invalid_type') return [{ field: nameOf(path), problem: `must be of type ${issue.expected}` }];
  return [{ field: nameOf(path), problem: issue.message }];
}

const nameOf = (path: string[]): string => (path.join('.') || 'body').slice(0, MAXIMUM_FIELD_NAME).toWellFormed();
