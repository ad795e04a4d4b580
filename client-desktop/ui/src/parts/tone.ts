/** What a state means for whoever looks at it; never said by colour alone. */
export type Tone = "plain" | "accent" | "good" | "warn" | "bad";
