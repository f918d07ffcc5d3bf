/** The page's program: the headers that sign a request. */
export declare function signed(method: string, target: string): Record<string, string>;
