/** The entry of the command line. */
import { main } from './main'

// A reader that stops early (`| head`) is no fault of ours.
process.stdout.on('error', () => process.exit(0))

const code = await main(process.argv.slice(2))
// Dawn's threads would keep the process alive; what was written may still be on its way through a pipe.
process.stdout.write('', () => process.exit(code))
