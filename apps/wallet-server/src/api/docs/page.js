/**
 * Draws the description that the page names. Links to one of its operations can be shared: they stand behind the # of the
 * address.
 */
/* global document, window */
const { document: url, canBeTried } = document.body.dataset

window.SwaggerUIBundle({
  url,
  domNode: document.getElementById('description'),
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  defaultModelExpandDepth: 2,
  supportedSubmitMethods: canBeTried === 'true' ? ['get', 'post', 'patch', 'delete'] : [],
  // Nothing of a description is sent to anybody.
  validatorUrl: null,
})
