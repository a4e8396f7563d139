import { withoutStores } from '@rolecall/test-services/vitest-without-stores';

export default withoutStores;
