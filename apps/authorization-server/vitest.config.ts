import { configureVitest } from '@rolecall/test-services/vitest-config';

export default configureVitest({ twoInstances: true });
