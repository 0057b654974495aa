/** Which kinds of pages a bundle is for: of one input, of several. The build says it, so that none carries what it can't use. */
declare const ONE: boolean;
declare const SEVERAL: boolean;
