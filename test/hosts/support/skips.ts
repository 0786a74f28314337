// A test whose host can not be had is skipped with its name; with REQUIRE_HOSTS set it fails.
import { beforeEach } from 'vitest';
import { skipBy } from './programs.js';

beforeEach(({ skip }) => skipBy(process.env.REQUIRE_HOSTS === undefined ? skip : undefined));
