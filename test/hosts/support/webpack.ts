import webpack from 'webpack';

/** Builds, and gives the warnings; an error rejects. */
export function pack(options: webpack.Configuration): Promise<string[]> {
  return new Promise((resolve, reject) => {
    webpack({ mode: 'production', ...options }, (error, stats) => {
      const { errors = [], warnings = [] } = stats?.toJson() ?? {};
      if (error || errors.length > 0) reject(error ?? new Error(errors.map(({ message }) => message).join('\n')));
      else resolve(warnings.map(({ message }) => message));
    });
  });
}
