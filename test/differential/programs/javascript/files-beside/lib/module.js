export const where = import.meta.filename;
export default typeof require;
