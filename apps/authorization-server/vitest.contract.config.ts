import { providerContracts } from '@rolecall/contract-testing/vitest-config';
import { configureVitest } from '@rolecall/test-services/vitest-config';

export default configureVitest(providerContracts);
