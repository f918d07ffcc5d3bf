/** Whether the body of a request of this method is read. docs/contract.md#body */
export const hasBody = (method: string): boolean => method === "POST" || method === "PUT";
