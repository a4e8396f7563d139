import { consumerContracts } from '@rolecall/contract-testing/vitest-config';

export default consumerContracts;
