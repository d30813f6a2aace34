#!/usr/bin/env node
import process from 'node:process';
import { dispatch } from './cli/dispatch.js';

process.exitCode = await dispatch(process.argv.slice(2), process.env, process);
// Whatever a failure left open would keep the process alive, with nobody there to close it.
if (process.exitCode !== 0) process.exit();
