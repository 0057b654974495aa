/** What JSX becomes: the build puts these two in scope of every view. */
export { Fragment, h } from "preact";
