import { copilot } from './copilot.ts';
import { scenario } from './scenario.ts';

scenario(copilot);
