import { qwen } from './qwen.ts';
import { scenario } from './scenario.ts';

scenario(qwen);
