import { codex } from './codex.ts';
import { scenario } from './scenario.ts';

scenario(codex);
