// The shapes that the page and the server speak in. Nothing here runs.

/**
 * What is moved of one intervention; what is not moved is absent, and stays as published.
 * @typedef {{coverage?: number, uptake?: number, effect?: number, deciles?: string[], from?: number, to?: number}} Moves
 */
/** @typedef {{lever: string, set: Moves}} Choice */
/**
 * One question: all that the controls hold.
 * @typedef {object} State
 * @property {1} v
 * @property {[number, number]} years
 * @property {Record<string, string>} variants only those that differ from the model's own choice
 * @property {Choice[]} policy
 * @property {string} [loaded] the text of a file; its interventions are named loaded/...
 * @property {string} [title]
 */
/** @typedef {{name: string, state: State}} Saved */
/** @typedef {{state: State, saved: Saved[]}} View all that the address holds */

/**
 * @typedef {object} Field
 * @property {"coverage"|"uptake"|"effect"} name
 * @property {string} label
 * @property {string} unit `%` and `points` are of shares, which are numbers from 0 to 1
 * @property {number} low
 * @property {number} high
 * @property {number} step
 * @property {number} value
 * @property {string} published
 * @property {string} source
 */
/**
 * @typedef {object} Lever
 * @property {string} id
 * @property {string} scenario
 * @property {string} title
 * @property {string} why
 * @property {string[]} is_not
 * @property {{grade: string, status: string, summary: string} | null} evidence
 * @property {string} kind
 * @property {string} group
 * @property {string[] | null} deciles
 * @property {boolean} ramp
 * @property {Field[]} fields
 */
/** @typedef {{name: string, title: string, options: {name: string, title: string}[], chosen: string}} Variant */
/**
 * @typedef {object} Start
 * @property {string} model
 * @property {{deaths: string, births: string, short: string, use: string}} words
 * @property {{first: number, last: number, chosen: [number, number]}} years
 * @property {Variant[]} variants
 * @property {Lever[]} levers
 * @property {number} draws
 * @property {number} births
 * @property {number} seed
 * @property {string} version
 */
/**
 * @typedef {object} Chart
 * @property {string} name
 * @property {string} title
 * @property {string} words
 * @property {object} spec
 * @property {Record<string, unknown>[]} rows
 * @property {{key: string, heading: string, number: boolean}[]} columns
 * @property {string} note
 * @property {string[][]} cells of its table, as they are read
 */
/** @typedef {{mean: number, interval95: [number, number] | null}} Estimate */
/** @typedef {{name: string, title: string, deaths_averted: Estimate, percent: number, most_deprived_fifth?: Estimate, evidence?: {status: string} | null}} Arm */
/**
 * Of a quick answer: how far the last one of these interventions was off, as a share. Of a full one: how far the quick
 * answers before it were off.
 * @typedef {{error?: number | null, notes?: string[], errors?: Record<string, number>}} Quick
 */
/** @typedef {{summary: {arms: Arm[], quick?: Quick, draws: number}, charts: Chart[], words: {headline: string, notes: string[], what_if?: boolean}, key?: string}} Answer */
/** @typedef {{what: string, done: number, of: number}} Progress */
/** @typedef {{line?: number, column?: number, key?: string, message: string}} Problem */

/** The number of a saved scenario that is at hand, and whether it is of full draws. @typedef {{arm: Arm, full: boolean}} Kept */

export {};
