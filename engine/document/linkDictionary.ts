export const linkDictionary = ''
