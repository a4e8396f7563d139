/** The addresses of development: in a pact they stand for wherever a role is. */
export const ISSUER = 'http://localhost:4000';
export const RESOURCE = 'http://localhost:4001';
export const BASE_URL = 'http://localhost:4002';
export const REDIRECT_URI = `${BASE_URL}/callback`;
export const SCOPE = 'notes:read notes:write';
