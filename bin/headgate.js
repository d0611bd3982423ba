#!/usr/bin/env node
// Plain old JavaScript: a Node that is too old must get far enough to say so. CommonJS, because the loader of ES
// modules has already started the thread pool when their first line runs.
'use strict';

var fs = require('fs');
var path = require('path');

var clone = path.join(__dirname, '..', 'src', 'cli', 'main.ts');
var installed = path.join(__dirname, '..', 'dist', 'cli', 'main.js');
var isClone = fs.existsSync(clone);

function start() {
  // Each half-open FIFO holds one thread of the pool; with the default of 4 a few of them stop every file access.
  if (!process.env.UV_THREADPOOL_SIZE) process.env.UV_THREADPOOL_SIZE = '16';
  // Chunks on their way are garbage that a larger young generation keeps for longer: 1 million rows between two PostgreSQL
  // peak at 133-152 MB without a small one, at 98-108 MB with it, for the same CPU. A server's garbage is that of many small requests,
  // of which a fifth of its CPU would be spent on looking through so small a generation. The bytes of its uploads lie outside of the
  // heap and hardly fill it: 32 MB of them are reason enough to look, before they pass for old ones. Each 64 MB of those have the
  // whole heap marked, which was half of the CPU of an upload.
  require('v8').setFlagsFromString(
    process.argv[2] === 'serve' ? '--scavenger-max-new-space-capacity-mb=8' : '--semi-space-growth-factor=1',
  );
  require('module').enableCompileCache();
  // Modules are only reached by URL on every platform.
  import(require('url').pathToFileURL(isClone ? clone : installed).href)
    .then(function (cli) {
      return cli.main(process.argv.slice(2));
    })
    .then(
      function (code) {
        process.exitCode = code;
      },
      function (error) {
        console.error(error);
        process.exitCode = 1;
      },
    );
}

if (parseInt(process.versions.node, 10) < 24) {
  var remedy = isClone
    ? 'run `npx headgate ...` in the clone (after `npm ci`), which brings its own Node'
    : 'run `npx -p node@24 -p headgate headgate ...`, which brings its own Node';
  console.error('headgate needs Node 24, this is ' + process.versions.node + ': ' + remedy);
  process.exitCode = 2;
} else {
  start();
}
