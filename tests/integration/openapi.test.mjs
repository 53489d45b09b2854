// openapi.yaml is the contract: it is what the service serves, it has the routes that the binary has, every request and reply of a tour through
// all operations is as it says, and its examples are what the service answers.
// One process and one service: the last test asks whether every documented status of every operation was seen.
import './lib/openapi/document.mjs'
import './lib/openapi/events.mjs'
import './lib/openapi/leads.mjs'
import './lib/openapi/models.mjs'
import './lib/openapi/ways_in.mjs'
import './lib/openapi/sales.mjs'
import './lib/openapi/bodies.mjs'
import './lib/openapi/faults.mjs'
