import { describeContracts } from '@rolecall/contract-testing/describe-provider';
import { startProvider } from './provider.ts';

describeContracts('resource-server', startProvider);
