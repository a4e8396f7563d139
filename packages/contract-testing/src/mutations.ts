import type { Answer, Mutation } from './wire.ts';

/** Changes answers at one path. */
export const at = (path: string, change: (answer: Answer) => Answer): Mutation => {
  return (answer, request) => (new URL(request.path, 'http://any').pathname === path ? change(answer) : answer);
};

/** Answers one status in place of another. */
export const status =
  (from: number, to: number) =>
  (answer: Answer): Answer =>
    answer.status === from ? { ...answer, status: to } : answer;

/** Changes the JSON of an answer; what is not JSON stays as it is. */
export const json =
  (change: (body: Record<string, unknown>) => unknown) =>
  (answer: Answer): Answer =>
    /[/+]json/.test(String(answer.headers['content-type']))
      ? { ...answer, body: JSON.stringify(change(JSON.parse(answer.body) as never)) }
      : answer;

/** Leaves a member out. */
export const without = (name: string) => (body: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(body).filter(([member]) => member !== name));

/** Gives an error another code. */
export const renamed = (from: string, to: string) => json((body) => (body['error'] === from ? { ...body, error: to } : body));

/** Changes a header; undefined takes it away. */
export const header =
  (name: string, change: (value: string) => string | undefined) =>
  (answer: Answer): Answer => {
    const value = answer.headers[name];
    return value === undefined ? answer : { ...answer, headers: { ...answer.headers, [name]: change(String(value)) } };
  };
