// Sums vitest's JSON reports: prints `N passed, N failed`, as the last line, and ends with status 1 if a test failed or
// was skipped, or if a report is missing or holds no test: a run that never happened must not look green.
import { readFileSync } from 'node:fs';

let passed = 0;
let failed = 0;
for (const file of process.argv.slice(2)) {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'));
    const skipped = report.numTotalTests - report.numPassedTests - report.numFailedTests;
    // A file that cannot even be loaded is a failed suite with no tests in it.
    const broken = report.testResults.filter(
      (suite) => suite.status === 'failed' && suite.assertionResults.length === 0,
    ).length;
    if (report.numTotalTests === 0) console.log(`${file}: no test ran`);
    if (skipped > 0) console.log(`${file}: ${skipped} skipped`);
    if (broken > 0) console.log(`${file}: ${broken} test files could not be loaded`);
    passed += report.numPassedTests;
    failed += report.numFailedTests + skipped + broken + (report.numTotalTests === 0 ? 1 : 0);
  } catch (error) {
    console.log(`${file}: ${error.message}`);
    failed += 1;
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
