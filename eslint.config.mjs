import prettier from 'eslint-config-prettier';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['labextension/lib/**'] },
  ...tseslint.configs.strict,
  {
    plugins: { 'react-hooks': reactHooks },
    rules: {
      ...reactHooks.configs.recommended.rules,
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      // Namespaces are JupyterLab's own way to group command ids.
      '@typescript-eslint/no-namespace': 'off',
      eqeqeq: ['error', 'always'],
      'max-lines': ['error', 300],
      'no-console': 'error',
      'prefer-const': 'error'
    }
  },
  {
    files: ['labextension/src/**/*.tsx'],
    rules: { 'max-lines-per-function': ['error', 60] }
  },
  {
    // Promises that nobody waits for hide errors; the rule needs types.
    files: ['labextension/src/**/*.{ts,tsx}'],
    languageOptions: { parserOptions: { project: './tsconfig.json' } },
    rules: { '@typescript-eslint/no-floating-promises': 'error' }
  },
  prettier
);
